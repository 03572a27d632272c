import assert from "node:assert/strict";
import { scriptOf } from "../../../../src/analysis/notebook/exportScript.js";
import { parsePlainNotebook } from "../../../../src/analysis/notebook/plainNotebook.js";

const script = (text: string): string => scriptOf(parsePlainNotebook(text, "ts").cells);

describe("a notebook as a script", () => {
  it("prints what cells show, and has their text as comments", () => {
    const text = script("// %% [markdown]\n// # Title\n//\n// text\n\n// %%\nconst a = 1;\na + 1;\n\n// %%\nconst b = a;\n");
    assert.match(text, /^\/\*\* What a cell[\s\S]*function show\(/);
    assert.ok(text.endsWith("// # Title\n//\n// text\n\nconst a = 1;\nshow(a + 1);\n\nconst b = a;\n"), text);
  });

  it("lets names be declared again, as the notebook does", () => {
    const text = script(
      "import x from 'x';\n// %%\nexport const a: number = 1;\nfunction f() { return a; }\n// %%\nimport x from 'x';\nlet a = 2;\nfunction f() { return a; }\nclass A {}\n// %%\nclass A { b = 1 }\n",
    );
    assert.equal(
      text,
      "import x from 'x';\n\nvar a: number = 1;\nvar f = function f() { return a; };\n\n\nvar a = 2;\nvar f = function f() { return a; };\nvar A = class A {};\n\nvar A = class A { b = 1 };\n",
    );
  });

  it("leaves what does not parse as it is", () => {
    assert.equal(script("// %%\nconst x = ;\n// %%\n1\n").includes("const x = ;"), true);
  });
});
