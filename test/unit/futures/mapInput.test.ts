import assert from "node:assert/strict";
import { chunks, inputOf } from "../../../src/futures/mapInput.js";

/** What chunks of 3 have for arguments. */
function argsOf(input: Iterable<unknown>, before: (chunk: number) => void = () => {}): unknown[][] {
  const reader = chunks(inputOf([input]), () => 3);
  const all: unknown[][] = [];
  for (let n = 0; ; n += 1) {
    before(n);
    const chunk = reader.next() as { readonly args: readonly unknown[] } | undefined;
    if (!chunk) return all;
    all.push([...chunk.args]);
  }
}

/** The same items, by an iterator that is the input's own and no more. */
function* itemsOf(array: readonly unknown[]): Generator {
  for (const item of array) yield item;
}

describe("the input of map", () => {
  for (const length of [0, 1, 2, 3, 4, 6, 7])
    it(`is cut the same whether it is an array or only gives the same items: ${length}`, () => {
      const array = Array.from({ length }, (_, n) => n);
      assert.deepEqual(argsOf(array), argsOf(itemsOf(array)));
    });

  it("has undefined in the holes of an array", () => {
    const array = [1, undefined, 2, 3];
    delete array[1];
    assert.deepEqual(argsOf(array), [[1, undefined, 2], [3]]);
  });

  it("sees what is put into an array while it is read, but not after its end", () => {
    for (const shape of [(array: unknown[]) => array, itemsOf]) {
      const array: unknown[] = [0, 1, 2];
      const grown = argsOf(shape(array), (chunk) => {
        if (chunk === 1) array.push("more");
        if (chunk === 2) array.push("too late");
      });
      assert.deepEqual(grown, [[0, 1, 2], ["more"]]);
    }
  });

  it("is read by the array's own iterator if it has one, or its class has", () => {
    class Reversed extends Array<number> {
      override *[Symbol.iterator](): ArrayIterator<number> {
        for (let n = this.length - 1; n >= 0; n -= 1) yield this[n] as number;
      }
    }
    const own = Object.assign([1, 2], { [Symbol.iterator]: () => [7, 8][Symbol.iterator]() });
    assert.deepEqual(argsOf(Reversed.from([1, 2])), [[2, 1]]);
    assert.deepEqual(argsOf(own), [[7, 8]]);
  });

  it("is read item by item if it is a proxy of an array, which may count them", () => {
    const read: string[] = [];
    const proxy = new Proxy([1, 2], {
      get: (array, key) => {
        if (typeof key === "string" && /^\d+$/.test(key)) read.push(key);
        return Reflect.get(array, key) as unknown;
      },
    });
    assert.deepEqual(argsOf(proxy), [[1, 2]]);
    assert.deepEqual(read, ["0", "1"]);
  });

  it("is read by what stands in the place of the iterator of all arrays", () => {
    const original = Array.prototype[Symbol.iterator];
    const input = [1, 2];
    let zip: ReturnType<typeof inputOf>;
    Array.prototype[Symbol.iterator] = function* (this: unknown[]): ArrayIterator<unknown> {
      for (let n = 0; n < this.length; n += 1) yield this === input ? `${this[n]}!` : this[n];
    };
    try {
      zip = inputOf([input]);
    } finally {
      Array.prototype[Symbol.iterator] = original;
    }
    assert.deepEqual(chunks(zip, () => 3).next(), { arity: 1, args: ["1!", "2!"] });
  });
});
