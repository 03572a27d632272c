import assert from "node:assert/strict";
import { inheritedOptions } from "../../../src/futures/process/inheritedOptions.js";

describe("inheritedOptions", () => {
  it("leaves out what names the program itself, and what must not be doubled", () => {
    const table: [string[], string[]][] = [
      [
        ["--enable-source-maps", "--import", "tsx"],
        ["--enable-source-maps", "--import", "tsx"],
      ],
      [["--input-type=module", "--eval", "fork()", "--no-warnings"], ["--no-warnings"]],
      [["-e", "fork()"], []],
      [["--input-type", "module", "-p", "1"], []],
      [["--eval=fork()", "--inspect-brk=127.0.0.1:0", "--inspect", "--watch", "--test", "--trace-warnings"], ["--trace-warnings"]],
    ];
    for (const [given, expected] of table) assert.deepEqual(inheritedOptions(given), expected);
  });
});
