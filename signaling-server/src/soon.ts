/** A value that is there already where nobody else has to be asked: each wait that is none costs a join some microseconds. */
export type Soon<T> = T | Promise<T>;

/** Goes on with a value as soon as it is there. */
export const whenThere = <T, U>(soon: Soon<T>, then: (value: T) => Soon<U>): Soon<U> =>
  soon instanceof Promise ? soon.then(then) : then(soon);
