// What the operator does, as steps: as the engineer wrote them, one a line, numbered, or parted by semicolons.

const numbering = /^\s*(?:[(（]?\d{1,2}[)）.、．]|[①-⑳])\s*/;

export function responseSteps(text: string): string[] {
  const lines = text
    .split(/\r?\n|[;；]/)
    // `1. … 2. …` in one line.
    .flatMap((line) => line.split(/(?<=[\s。，,.])(?=[(（]?\d{1,2}[)）.、．]\s)|(?=[①-⑳])/))
    .map((line) => line.replace(numbering, '').trim())
    .filter((line) => line !== '');
  return lines.length === 0 ? [text] : lines;
}
