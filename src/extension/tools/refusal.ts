/** What a language model did wrong, in a sentence that it can act on. In English always, as the rest of what it is told. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
