/**
 * Characters that steer a terminal, or make it show text in another order than it stands in: control characters (C1
 * among them), marks of writing direction, and Unicode's own line ends. A line's end and a tab are none.
 */
export const steering = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** Whatever some program takes for a line's end, with the blanks around it. */
const lineEnds = /\s*[\n\v\f\r\u0085\u2028\u2029]\s*/g;

/** A name or a sentence from elsewhere: what stands behind a line's end in it must not look like a line of ours. */
// A Secret that got here in spite of its type becomes dots.
export const oneLine = (text: string): string => String(text).replace(lineEnds, ' ');
