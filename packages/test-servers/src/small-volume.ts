import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { succeeds } from './run-process.ts';
import { waitUntil } from './wait-until.ts';

/** A volume of 256 KiB for tests, to be filled up, made read-only and taken away. Only root may mount one. */
export class SmallVolume {
  readonly dir = mkdtempSync(join(tmpdir(), 'attrai-small-volume-'));
  #mounted = false;

  /** Why this user can't have one; undefined if it can. */
  static get refused(): string | undefined {
    return process.getuid?.() === 0 ? undefined : 'only root may mount a small volume';
  }

  mount(): void {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', this.dir]);
    this.#mounted = true;
  }

  fill(): void {
    try {
      writeFileSync(join(this.dir, '.filler'), Buffer.alloc(1_000_000));
    } catch {
      // It is full.
    }
  }

  empty(): void {
    rmSync(join(this.dir, '.filler'));
  }

  /** Waits until nobody has a file of it open for writing. */
  async remount(as: 'ro' | 'rw'): Promise<void> {
    await waitUntil('it stayed busy', () => succeeds('mount', '-o', `remount,${as}`, this.dir));
  }

  /** The folder itself goes, too. */
  takeAway(): void {
    if (this.#mounted) execFileSync('umount', ['--lazy', this.dir]);
    this.#mounted = false;
    rmSync(this.dir, { recursive: true, force: true });
  }

  bringBack(): void {
    mkdirSync(this.dir);
    this.mount();
  }
}
