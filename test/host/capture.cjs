// @ts-check
// Runs in the served extension host, before the tests: has what they print end up in a file, which the stand-in for `code` passes on.
const { Console } = require("node:console");
const { openSync, writeSync } = require("node:fs");
const { Writable } = require("node:stream");

/**
 * VS Code sends console and standard output to the window's log and has made their functions unchangeable; so the objects themselves are replaced.
 * @param {string} file
 */
exports.capture = (file) => {
  const descriptor = openSync(file, "a");
  const output = new Writable({
    write(chunk, _encoding, done) {
      writeSync(descriptor, chunk);
      done();
    },
  });
  for (const name of ["stdout", "stderr"]) Object.defineProperty(process, name, { configurable: true, get: () => output });
  globalThis.console = new Console({ stdout: output, stderr: output, colorMode: false });
};
