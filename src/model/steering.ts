/**
 * Characters that steer a terminal, or make it show text in another order than it stands in: control characters (C1
 * among them), marks of writing direction, and Unicode's own line ends. A line's end and a tab are none.
 */
export const steering = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;
