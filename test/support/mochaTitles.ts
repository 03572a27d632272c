/** Titles of all tests that mocha knows in this run, also of those that it leaves out. */
export function titlesOf(suite: Mocha.Suite): string[] {
  return [...suite.tests.map((test) => test.title), ...suite.suites.flatMap(titlesOf)];
}

export function pendingOf(suite: Mocha.Suite): string[] {
  return [...suite.tests.filter((test) => test.isPending()).map((test) => test.title), ...suite.suites.flatMap(pendingOf)];
}

export function rootOf(suite: Mocha.Suite): Mocha.Suite {
  return suite.parent ? rootOf(suite.parent) : suite;
}
