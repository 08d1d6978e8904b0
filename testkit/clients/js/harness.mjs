// Runs named steps in order, prints a line for each, and ends with "N steps passed" or exit code 1.
import assert from 'node:assert/strict';

const steps = [];

export function step(name, run) {
  steps.push({name, run});
}

export async function expectError(run, ...needles) {
  let text;
  try {
    await run();
  } catch (error) {
    text = [error.message, error.rawMessage, JSON.stringify(error.data ?? '')].join(' ');
  }
  assert.ok(text !== undefined, `no error (expected one with ${needles})`);
  for (const needle of needles) {
    assert.ok(text.includes(needle), `error text: ${text} (expected to contain: ${needle})`);
  }
}

export async function runSteps() {
  for (const {name, run} of steps) {
    const started = performance.now();
    try {
      await run();
    } catch (error) {
      console.log(`FAILED: ${name}`);
      console.log(error.stack ?? error);
      console.log(JSON.stringify(error.data ?? {}));
      process.exit(1);
    }
    console.log(`ok: ${name} (${Math.round(performance.now() - started)} ms)`);
  }
  console.log(`${steps.length} steps passed`);
  process.exit(0);
}
