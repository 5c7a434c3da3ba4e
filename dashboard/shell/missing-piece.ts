// A piece of the program that could not be fetched: the server is away, or a newer version has other pieces. The page then waits for an answer and loads again.

const pauseMs = 3_000;
/** A page whose piece stays missing does not load for ever. */
const leastMsBetweenReloads = 60_000;
const reloadedAtKey = 'gatewatch.reloadedAt';

/** What Chromium, Firefox and Safari call an `import()` without an answer, and Vite a style sheet. */
export function isMissingPiece(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|Importing a module script failed|error loading dynamically|Unable to preload CSS/i.test(error.message)
  );
}

export interface ReloadMeans {
  /** True where the server answers. */
  isAnswered(): Promise<boolean>;
  reload(): void;
  nowMs(): number;
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
}

const meansOfBrowser = (): ReloadMeans => ({
  isAnswered: () =>
    fetch('/', { cache: 'no-store' }).then(
      ({ ok }) => ok,
      () => false,
    ),
  reload: () => location.reload(),
  nowMs: () => Date.now(),
  storage: sessionStorage,
});

/** Asks until the server answers, then loads the page again, once a minute at most. Returns how to stop. */
export function reloadWhenAnswered(means: ReloadMeans = meansOfBrowser()): () => void {
  let isStopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (): Promise<void> => {
    const lastMs = Number(means.storage.getItem(reloadedAtKey) ?? 0);
    const isSoon = Math.abs(means.nowMs() - lastMs) < leastMsBetweenReloads;
    const isAnswered = !isSoon && (await means.isAnswered());
    if (isStopped) return;
    if (isAnswered) {
      means.storage.setItem(reloadedAtKey, String(means.nowMs()));
      means.reload();
    } else timer = setTimeout(look, pauseMs);
  };
  timer = setTimeout(look, pauseMs);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
