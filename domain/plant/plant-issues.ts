// What is wrong with a plant file, and where. Errors stop a start; warnings are shown.

export type PathPart = string | number;

export interface PlantIssue {
  readonly severity: 'error' | 'warning';
  readonly path: readonly PathPart[];
  readonly message: string;
  /** 1-based; null where the text has no such place. */
  readonly line: number | null;
  readonly column: number | null;
}

export class PlantIssues {
  readonly #issues: Omit<PlantIssue, 'line' | 'column'>[] = [];

  error(path: readonly PathPart[], message: string): void {
    this.#issues.push({ severity: 'error', path, message });
  }

  warning(path: readonly PathPart[], message: string): void {
    this.#issues.push({ severity: 'warning', path, message });
  }

  all(): readonly Omit<PlantIssue, 'line' | 'column'>[] {
    return this.#issues;
  }
}

/** `stations[0].devices[1].id` */
export function formatPath(path: readonly PathPart[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

export function formatIssue(issue: PlantIssue, fileName: string): string {
  const place = issue.line === null ? fileName : `${fileName}:${issue.line}:${issue.column ?? 1}`;
  const path = issue.path.length === 0 ? '' : `${formatPath(issue.path)}: `;
  return `${place}: ${issue.severity}: ${path}${issue.message}`;
}
