/** Where each of the mail servers listens in its container. */
export const ports = {
  plain: 25,
  starttls: 587,
  implicit: 465,
  'no-login': 2501,
  'no-sender': 2502,
  'no-recipient': 2503,
  later: 2504,
  silent: 2505,
} as const;
