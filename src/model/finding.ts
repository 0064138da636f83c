import type { Issue } from './failure.ts';
import type { Reason } from './reason.ts';
import type { Id } from './resource.ts';
import type { Shown } from './shown.ts';

/** What one check found. */
export type Finding = About &
  (
    | { readonly status: 'ok' }
    /** It could not be looked at. */
    | { readonly status: 'skip'; readonly because: Reason }
    | { readonly status: 'fail' | 'warn'; readonly issue: Issue }
  );

export interface About {
  /** The check's name. */
  readonly id: string;
  /** What was looked at, as a sentence that is true when the check is fine. */
  readonly title: Shown;
  /** The app, or the thing of ours, that it is about, where it is about one. */
  readonly subject?: string;
  readonly thing?: Id;
  /** What came back. */
  readonly answer?: string;
  /** How many of the same are told together. */
  readonly family?: Family;
}

/** Findings that have the same family are told as one where there are many. */
export interface Family {
  readonly is: string;
  /** What this one of them is about. */
  readonly name: string;
  /** What is said of all of them where what one of them says does not fit: a title where all is well, or an issue. */
  readonly title?: Shown;
  readonly issue?: Pick<Issue, 'problem' | 'fix'>;
  /** Why none of them could be looked at. */
  readonly because?: Shown;
}

export const ok = (about: About): Finding => ({ ...about, status: 'ok' });

export const skip = (about: About, because: Reason): Finding => ({ ...about, status: 'skip', because });

/** Something is wrong, by the name of its check. */
export const wrong = (about: About, status: 'fail' | 'warn', issue: Omit<Issue, 'code'>): Finding => ({
  ...about,
  status,
  issue: { code: about.id, ...issue },
});

export const issueOf = (found: Finding): Issue | undefined => ('issue' in found ? found.issue : undefined);

/** A cause that nobody decides by. */
export const unseen = (says: Shown): Reason => ({ code: 'unseen', says });
