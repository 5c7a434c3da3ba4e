// Passwords for devices come from the environment or a file that the plant file names, never from the plant file itself.
import { readFile } from 'node:fs/promises';

export async function readSecret(from: { readonly passwordEnv: string | null; readonly passwordFile: string | null }): Promise<string> {
  if (from.passwordEnv !== null) {
    const value = process.env[from.passwordEnv];
    if (value === undefined) throw new Error(`environment variable ${from.passwordEnv} is not set: it holds the password of this device`);
    return value;
  }
  if (from.passwordFile !== null) return (await readFile(from.passwordFile, 'utf8')).trimEnd();
  throw new Error('no password is named');
}
