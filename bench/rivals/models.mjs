// The log joint densities of the paper's models, up to constants, once for all rivals: over rows of values (one per time step)
// with whatever operations a rival has. What depends on the data alone is computed beforehand; rows of 0 have no gradient.

/** Per model: constants from the data, then the density of the latents z under the operations T. */
export const DENSITIES = {
  textmsg({ mean, sd, counts, thresholds }) {
    return (T) => (z) => {
      const [x0, x1, change] = [T.rows(z, 0, 1), T.rows(z, 1, 1), T.rows(z, 2, 1)];
      const n = T.column(counts);
      const early = T.sub(T.mul(n, x0), T.exp(x0));
      const late = T.sub(T.mul(n, x1), T.exp(x1));
      const observed = T.sum(T.where(T.greater(change, T.column(thresholds)), early, late));
      const prior = (x) => T.sum(T.mul(-0.5 / sd ** 2, T.square(T.sub(x, mean))));
      return T.add(T.add(observed, T.sum(T.mul(-0.5, T.square(change)))), T.add(prior(x0), prior(x1)));
    };
  },

  influenza({ deaths }) {
    const months = deaths.length;
    return (T) => (z) => {
      const start = T.rows(z, 0, 1);
      const [v, w, f] = T.interleaved(z, 1, months, 3);
      const a = T.autoregression(v, [1.406, -0.622]);
      const c = T.autoregression(T.add(w, 0.21), [-0.312]);
      const jump = T.sub(f, T.where(T.greater(T.below(f, start), 0), 0.67, -0.67));
      const residual = T.sub(T.column(deaths), T.where(T.greater(f, 0), a, T.add(a, c)));
      const squares = (x, sd) => T.sum(T.mul(-0.5 / sd ** 2, T.square(x)));
      const walks = T.add(squares(v, 0.023), squares(w, 0.112));
      return T.add(T.add(squares(start, 1), squares(jump, 1)), T.add(walks, squares(residual, 0.002)));
    };
  },

  temperature({ temperatures }) {
    const steps = temperatures.length - 1;
    return (T) => (z) => {
      const start = T.rows(z, 0, 1);
      const [q, after] = T.interleaved(z, 1, steps, 2);
      const before = T.below(after, start);
      const on = T.greater(q, 0.5);
      const was = T.below(T.where(on, 1, 0), 0);
      const objective = T.where(T.greater(18, before), 0, T.where(T.greater(before, 22), 1, was));
      const drift = T.sub(T.sub(after, T.mul(1 - 1 / 15, before)), T.where(on, 11 / 15, 32 / 15));
      const switched = T.mul(-0.5e6, T.square(T.sub(q, objective)));
      const walked = T.mul(T.where(on, -0.5 / 0.44 ** 2, -0.5 / 0.4 ** 2), T.square(drift));
      const perStep = T.add(T.add(switched, walked), T.where(on, -Math.log(0.44), -Math.log(0.4)));
      const [first, ...later] = temperatures;
      const observed = (y, theta) => T.mul(-0.5, T.square(T.sub(y, theta)));
      const atStart = T.add(T.mul(-0.5e6, T.square(T.sub(start, 20))), observed(first, start));
      return T.add(T.sum(atStart), T.sum(T.add(perStep, observed(T.column(later), after))));
    };
  },
};
