/* temperature. constants: the 21 observations. */
#include "../common.h"

#define STEPS 20
#define LATENTS (1 + 2 * STEPS)
#define BOUNDARIES (3 * STEPS)

/* Boundary k: the latent, and where it jumps. For each step: theta at 22, theta at 18, the switch at 0.5. */
static int boundary(int k, const double *y, double *at) {
  (void)y;
  *at = k % 3 == 0 ? 22 : k % 3 == 1 ? 18 : 0.5;
  return 2 * (k / 3) + (k % 3 == 2);
}

/* log p(x, z), the latents' -log(2 pi)/2 left out, with the conditions on boundary k on the given side, and its gradient where asked for. */
static inline double log_joint(const double *z, int k, int above, const double *y, double *g) {
  const double decay = 1 - 1.0 / 15, sharp = 1e6, drift_off = 32.0 / 15, drift_on = 11.0 / 15;
  const double precision_off = 1 / (0.4 * 0.4), precision_on = 1 / (0.44 * 0.44), log_off = log(0.4), log_on = log(0.44);
  const double constant = -(STEPS + 1) * (HALF_LOG_2PI + log(0.001));
  double first = z[0] - 20, residual0 = y[0] - z[0];
  double value = constant - 0.5 * (sharp * first * first + residual0 * residual0);
  int cooling = 0;
  if (g) g[0] = residual0 - sharp * first;
  for (int step = 1; step <= STEPS; step++) {
    int q = 2 * step - 1, own = 3 * (step - 1);
    double before = z[q - 1], switched = z[q], after = z[q + 1];
    int hot = k == own ? above : before > 22, cold = k == own + 1 ? !above : before < 18;
    double from_target = switched - (cold ? 0 : hot ? 1 : cooling);
    cooling = k == own + 2 ? above : switched > 0.5;
    double precision = cooling ? precision_on : precision_off;
    double drift = after - decay * before - (cooling ? drift_on : drift_off), residual = y[step] - after;
    value -= 0.5 * (sharp * from_target * from_target + precision * drift * drift + residual * residual);
    value -= cooling ? log_on : log_off;
    if (g) {
      g[q - 1] += decay * precision * drift;
      g[q] = -sharp * from_target;
      g[q + 1] = residual - precision * drift;
    }
  }
  return value;
}

#include "lyy18.h"
