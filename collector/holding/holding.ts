// What a collector knows of the lease that lets it read: for which term it holds its stations, and whether it may read at this moment.
export interface Holding {
  /** Goes up with every change of the process that holds the stations. */
  readonly term: number;
  readonly sinceMs: number;
  /** This process's name, for people. */
  readonly node: string;
  /** By the monotonic clock, asked before each scan: a process that was frozen must not read before it has asked for its lease again. */
  mayRead(): boolean;
  /** [HD10] The server believes this later term. */
  supersede(laterTerm: number): void;
}
