// What a check of a bundle throws where something does not hold; the verifier makes its verdict of it.

export class DoesNotHold extends Error {
  readonly file: string | null;

  constructor(file: string | null, reason: string) {
    super(reason);
    this.file = file;
  }
}
