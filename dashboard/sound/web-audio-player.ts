// Plays sound patterns with Web Audio.
import type { SoundPlayer } from './alarm-sound.ts';

const rampSeconds = 0.012;

export function createWebAudioPlayer(): SoundPlayer {
  const context = typeof AudioContext === 'undefined' ? null : new AudioContext();
  const listeners = new Set<() => void>();
  const playing = new Set<OscillatorNode>();
  context?.addEventListener('statechange', () => {
    for (const listener of listeners) listener();
  });
  // Browsers let a page sound once a person has touched it: the click or key that signs in is enough.
  for (const event of ['pointerdown', 'keydown'] as const)
    document.addEventListener(event, () => void context?.resume().catch(() => undefined));
  return {
    play: (pattern) => {
      if (context === null || context.state !== 'running') return;
      for (const tone of pattern.tones) {
        const startsAt = context.currentTime + 0.02 + tone.atMs / 1_000;
        const endsAt = startsAt + tone.durationMs / 1_000;
        const oscillator = context.createOscillator();
        const gain = context.createGain();
        oscillator.type = 'triangle';
        oscillator.frequency.value = tone.hertz;
        // Ramps, because a tone cut off hard clicks.
        gain.gain.setValueAtTime(0, startsAt);
        gain.gain.linearRampToValueAtTime(tone.gain, startsAt + rampSeconds);
        gain.gain.setValueAtTime(tone.gain, endsAt - rampSeconds);
        gain.gain.linearRampToValueAtTime(0, endsAt);
        oscillator.connect(gain).connect(context.destination);
        oscillator.addEventListener('ended', () => void playing.delete(oscillator));
        playing.add(oscillator);
        oscillator.start(startsAt);
        oscillator.stop(endsAt);
      }
    },
    stop: () => {
      for (const oscillator of playing) oscillator.stop();
      playing.clear();
    },
    isBlocked: () => context?.state !== 'running',
    unblock: () => void context?.resume().catch(() => undefined),
    onBlockedChange: (listener) => void listeners.add(listener),
  };
}
