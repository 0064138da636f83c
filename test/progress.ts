import type { Reporter, TestModule } from 'vitest/node';

/** Says which file is done, where the report itself comes later. */
export default class implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    const seconds = (module.diagnostic().duration / 1000).toFixed(1);
    console.info(`· ${module.project.name}, ${module.relativeModuleId}: ${module.state()} after ${seconds} s`);
  }
}
