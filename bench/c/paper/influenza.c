/* influenza. constants: the 12 observations. */
#include "../common.h"

#define MONTHS 12
#define LATENTS (1 + 3 * MONTHS)
#define BOUNDARIES (1 + MONTHS)

/* Boundary k: the latent, and where it jumps. */
static int boundary(int k, const double *y, double *at) {
  (void)y;
  *at = 0;
  return 3 * k;
}

/* log p(x, z), the latents' -log(2 pi)/2 left out, with the conditions on boundary k on the given side, and its gradient where asked for. */
static inline double log_joint(const double *z, int k, int above, const double *y, double *g) {
  const double alpha1 = 1.406, alpha2 = -0.622, beta0 = 0.21, beta1 = -0.312;
  const double precision_v = 1 / (0.023 * 0.023), precision_w = 1 / (0.112 * 0.112), precision_y = 1 / (0.002 * 0.002);
  const double constant = -MONTHS * (log(0.023) + log(0.112) + log(0.002) + HALF_LOG_2PI);
  double value = constant - 0.5 * z[0] * z[0], a = 0, before = 0, c = 0, residuals[MONTHS + 1];
  int plain = k == 0 ? above : z[0] > 0, was_plain[MONTHS + 1];
  if (g) g[0] = -z[0];
  for (int month = 1; month <= MONTHS; month++) {
    int i = 3 * month;
    double v = z[i - 2], w = z[i - 1], f = z[i], df = f - (plain ? 0.67 : -0.67);
    double now = alpha1 * a + alpha2 * before + v;
    before = a;
    a = now;
    c = beta1 * c + beta0 + w;
    plain = month == k ? above : f > 0;
    double residual = y[month - 1] - (plain ? a : a + c);
    value -= 0.5 * (precision_v * v * v + precision_w * w * w + df * df + precision_y * residual * residual);
    if (g) {
      residuals[month] = precision_y * residual;
      was_plain[month] = plain;
      g[i] = -df;
    }
  }
  if (g) {
    double next = 0, after_next = 0, next_c = 0;
    for (int month = MONTHS; month >= 1; month--) {
      int i = 3 * month;
      double da = residuals[month] + alpha1 * next + alpha2 * after_next;
      double dc = (was_plain[month] ? 0 : residuals[month]) + beta1 * next_c;
      g[i - 2] = da - precision_v * z[i - 2];
      g[i - 1] = dc - precision_w * z[i - 1];
      after_next = next;
      next = da;
      next_c = dc;
    }
  }
  return value;
}

#include "lyy18.h"
