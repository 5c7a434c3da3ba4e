// An error that becomes an RFC 9457 problem document.
import type { Problem } from '../../domain/api/problem.ts';

export class ProblemError extends Error {
  readonly problem: Omit<Problem, 'instance'> & Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    title: string,
    options: { detail?: string; extra?: Readonly<Record<string, unknown>>; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(title);
    this.problem = {
      type: 'about:blank',
      title,
      status,
      ...(options.detail === undefined ? {} : { detail: options.detail }),
      ...options.extra,
    };
    this.headers = options.headers ?? {};
  }
}
