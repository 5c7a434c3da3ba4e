// What a part that starts is handed, to say how it is stopped. Who hands it keeps the list, its order and its limits: the executable, or the server for its own parts.
// So neither half needs the list of the other, and none is kept where there may be no timer.

export type OnStop = (name: string, stop: () => Promise<void> | void) => void;
