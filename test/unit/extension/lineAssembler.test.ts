import assert from "node:assert/strict";
import { LineAssembler } from "../../../src/extension/lineAssembler.js";

describe("LineAssembler", () => {
  const assemble = (): { written: string[]; lines: LineAssembler } => {
    const written: string[] = [];
    return { written, lines: new LineAssembler((text) => written.push(text)) };
  };

  it("writes whole lines, each with its tag", () => {
    const { written, lines } = assemble();
    lines.append("1", "[a] ", "one\ntwo\r\nth");
    lines.append("1", "[a] ", "ree\n");
    assert.deepEqual(written, ["[a] one\n[a] two\n", "[a] three\n"]);
  });

  it("keeps streams apart", () => {
    const { written, lines } = assemble();
    lines.append("1", "[a] ", "one ");
    lines.append("2", "[b] ", "two\n");
    lines.append("1", "[a] ", "more\n");
    assert.deepEqual(written, ["[b] two\n", "[a] one more\n"]);
  });

  it("writes an unfinished line at the end of its stream, once", () => {
    const { written, lines } = assemble();
    lines.append("1", "[a] ", "no break");
    lines.end("1");
    lines.end("1");
    assert.deepEqual(written, ["[a] no break\n"]);
  });

  it("does not wait for the end of an endless line", () => {
    const { written, lines } = assemble();
    lines.append("1", "", "x".repeat(10_001));
    assert.equal(written.join("").length, 10_002);
  });
});
