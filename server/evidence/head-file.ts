// The file of signed heads, one a line, as the server writes it and as an outsider may keep a copy of it.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type SignedHead, signedHeadSchema } from '../../domain/evidence/signed-head.ts';

/** None where there is no such file. A line that was cut off while it was written is passed over. */
export async function* readHeadFile(file: string): AsyncGenerator<SignedHead> {
  const stream = createReadStream(file, 'utf8');
  const opened = await new Promise<boolean>((resolve, reject) => {
    stream.once('open', () => resolve(true));
    stream.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(false) : reject(error)));
  });
  if (!opened) return;
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    const head = parseHead(line);
    if (head !== null) yield head;
  }
}

function parseHead(line: string): SignedHead | null {
  try {
    const parsed = signedHeadSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
