// What is used of FFmpeg compiled to WebAssembly; the package brings no types.
declare module '@ffmpeg/core' {
  export interface FfmpegCore {
    readonly FS: { writeFile(path: string, data: Uint8Array): void; readFile(path: string): Uint8Array; unlink(path: string): void };
    /** Of the last run: 0 where it went well. */
    readonly ret: number;
    exec(...words: string[]): void;
    reset(): void;
    setLogger(logger: (line: { readonly message: string }) => void): void;
  }
  export default function create(options: { readonly wasmBinary: Uint8Array }): Promise<FfmpegCore>;
}
