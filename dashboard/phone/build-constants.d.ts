// Put in by the bundler.
declare const __gatewatchVersion: string;
