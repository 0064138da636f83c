import type { ExitCode } from '../model/failure.ts';
import { defineCommand, oneOf } from './define-command.ts';

const shells = oneOf('<bash|zsh|fish>', 'your shell', ['bash', 'zsh', 'fish']);

export const completion = defineCommand({
  name: 'completion',
  heading: 'shell',
  about: 'Print the completion script for your shell',
  examples: [
    'source <(homeauth completion bash)',
    'homeauth completion zsh > /usr/local/share/zsh/site-functions/_homeauth',
    'homeauth completion fish > ~/.config/fish/completions/homeauth.fish',
  ],
  takes: (command) =>
    command.addArgument(shells).addHelpText('after', '\nAfter an update of homeauth, print it again.'),
  run: async ([shell], _, s): Promise<ExitCode> => {
    const [{ completion: print }, { grammarOf }, { buildCli }, { questions }] = await Promise.all([
      import('../commands/completion.ts'),
      import('../commands/completion/grammar.ts'),
      import('../cli.ts'),
      import('../config/questions.ts'),
    ]);
    return print(
      shell,
      grammarOf(
        buildCli('', questions, async () => {}),
        s.catalogue.names(),
      ),
      s,
    );
  },
});
