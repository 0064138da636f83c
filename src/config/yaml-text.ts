import type { Problem } from './problem.ts';

/** Far above any real file (a hundred apps are 15 kB), far below what makes a YAML parser slow or run out of memory. */
const limits = { bytes: 128 * 1024, lines: 4_000, lineLength: 500, brackets: 64 };

/** What can be wrong with the bare text, before a YAML parser may see it. */
export function checkText(text: string): Problem | undefined {
  return encoding(text) ?? size(text);
}

function encoding(text: string): Problem | undefined {
  const zero = text.indexOf('\0');
  if (zero >= 0) {
    return {
      range: [zero, zero + 1],
      problem: 'There is a NUL byte in the file.',
      why: 'It is UTF-16, damaged, or not a text file.',
      fix: 'Save it as UTF-8, or put it back from a backup.',
    };
  }
  const broken = text.indexOf('\uFFFD');
  if (broken >= 0) {
    return {
      range: [broken, broken + 1],
      problem: 'There is a character that is not UTF-8.',
      fix: 'Save the file as UTF-8.',
    };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const control = /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.exec(text)?.index;
  if (control === undefined) return undefined;
  return { range: [control, control + 1], problem: 'There is a control character here.', fix: 'Delete it.' };
}

function size(text: string): Problem | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.bytes) {
    return {
      problem: `The file has ${Math.ceil(bytes / 1024)} KiB.`,
      why: `homeauth reads ${limits.bytes / 1024} KiB at most; a hundred apps take 15.`,
      fix: 'Look whether this is the right file.',
    };
  }
  const lines = text.split('\n');
  if (lines.length > limits.lines) {
    return {
      problem: `The file has ${lines.length} lines.`,
      why: `homeauth reads ${limits.lines} at most.`,
      fix: 'Look whether this is the right file.',
    };
  }
  let offset = 0;
  let open = 0;
  for (const line of lines) {
    if (line.length > limits.lineLength) {
      return {
        range: [offset, offset + 1],
        problem: `This line has ${line.length} characters.`,
        why: `homeauth reads ${limits.lineLength} a line at most.`,
        fix: 'Shorten it.',
      };
    }
    for (const letter of line) {
      if (letter === '[' || letter === '{') open += 1;
      if (letter === ']' || letter === '}') open -= 1;
    }
    if (open > limits.brackets) {
      return {
        range: [offset, offset + line.length],
        problem: `${open} brackets are open here.`,
        fix: 'Close them; no value in this file is nested that deep.',
      };
    }
    offset += line.length + 1;
  }
  return undefined;
}
