/* textmsg. constants: mean, sd, constant, then 37 counts and 37 thresholds. */
#include "../common.h"

#define LATENTS 3
#define IFS 37
#define BOUNDARIES IFS

static int day_of(int k) { return IFS - 1 - k; }

/* Boundary k: the latent, and where it jumps. In the order of the engine: from the last day to the first. */
static int boundary(int k, const double *constants, double *at) {
  *at = constants[3 + IFS + day_of(k)];
  return 2;
}

/* log p(x, z), the latents' -log(2 pi)/2 left out, with the condition of boundary k on the given side, and its gradient where asked for. */
static inline double log_joint(const double *z, int k, int above, const double *constants, double *g) {
  const double mean = constants[0], sd = constants[1], *counts = constants + 3, *thresholds = constants + 3 + IFS;
  const double precision = 1 / (sd * sd), rate0 = exp(z[0]), rate1 = exp(z[1]), c0 = z[0] - mean, c1 = z[1] - mean;
  double value = constants[2] - 0.5 * (precision * (c0 * c0 + c1 * c1) + z[2] * z[2]);
  double g0 = -precision * c0, g1 = -precision * c1;
  for (int day = 0; day < IFS; day++) {
    int changed = day == day_of(k) ? above : z[2] > thresholds[day];
    value += changed ? counts[day] * z[0] - rate0 : counts[day] * z[1] - rate1;
    g0 += changed ? counts[day] - rate0 : 0;
    g1 += changed ? 0 : counts[day] - rate1;
  }
  if (g) {
    g[0] = g0;
    g[1] = g1;
    g[2] = -z[2];
  }
  return value;
}

#include "lyy18.h"
