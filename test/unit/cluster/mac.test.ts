import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { MacKey, sha256 } from "../../../src/cluster/security/mac.js";

describe("codes of a secret", () => {
  it("are Node's own HMAC-SHA-256, of any number of parts of any length", () => {
    for (let length = 0; length < 300; length += 7) {
      const [secret, text] = [randomBytes(32), randomBytes(length)];
      const expected = createHmac("sha256", secret).update(text).digest();
      const key = new MacKey(secret);
      assert.deepEqual(key.codeOf(text), expected, `${length} bytes`);
      const cut = Math.floor(length / 3);
      assert.deepEqual(key.codeOf(text.subarray(0, cut), text.subarray(cut)), expected, `${length} bytes, in two`);
      assert.deepEqual(sha256(text), createHash("sha256").update(text).digest());
    }
  });

  it("are those that RFC 4231 gives", () => {
    const key = new MacKey(Buffer.concat([Buffer.alloc(20, 0x0b)], 32)); // a shorter key counts as if zeros followed it
    assert.equal(key.codeOf(Buffer.from("Hi There")).toString("hex"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  });

  it("keep no state from one to the next", () => {
    const key = new MacKey(randomBytes(32));
    const [first, other] = [key.codeOf(Buffer.from("a")), key.codeOf(Buffer.from("b"))];
    assert.notDeepEqual(first, other);
    assert.deepEqual(key.codeOf(Buffer.from("a")), first);
  });
});
