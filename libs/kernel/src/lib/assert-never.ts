/** Makes a forgotten case a compile error, and a defect at run time where data came from outside the types. */
export const assertNever = (value: never): never => {
  throw new TypeError(`unexpected value: ${JSON.stringify(value)}`);
};
