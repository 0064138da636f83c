import { defaultRelease } from '../model/release.ts';
import type { Refusal } from './refusal.ts';

/** `YYYY.M.P`, for editors too. */
export const releasePattern = /^20\d{2}\.([1-9]|1[0-2])\.(0|[1-9]\d*)$/;

/** An exact authentik release, `YYYY.M.P`. Which releases homeauth knows is data of the model, not asked here. */
export function checkVersion(value: string): Refusal | undefined {
  const fix = `Write an exact release, for example ${defaultRelease}.`;
  if (value.trim() === '') return { problem: 'is empty', fix };
  if (/^(latest|stable|beta|edge|next)$/i.test(value)) {
    return {
      problem: 'is a moving tag',
      why: "authentik's latest was frozen at 2025.2, and server and worker must run the very same release.",
      fix,
    };
  }
  const prefixed = /^(?:v|version\/|.*server:)(\d{4}\.\d{1,2}\.\d+)$/.exec(value)?.[1];
  if (prefixed !== undefined) return { problem: 'has something in front of the release', fix: `Write ${prefixed}.` };
  if (/^\d{4}\.\d{1,2}$/.test(value)) {
    return { problem: 'leaves the patch open', why: 'A restart could then change what runs.', fix };
  }
  if (/^\d{4}\.\d{1,2}\.\d+[-.]?(rc|beta|alpha)/i.test(value)) {
    return { problem: 'is a release candidate', why: 'homeauth is tested with releases.', fix };
  }
  if (!releasePattern.test(value)) return { problem: 'is not a release of authentik', fix };
  return undefined;
}
