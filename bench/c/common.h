#include <math.h>

#define HALF_LOG_2PI 0.9189385332046728

static inline double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }
static inline double sigmoid(double x) { return 1 / (1 + exp(-x)); }
/* Density of N(mean, sd) at x. */
static inline double density(double x, double mean, double sd) {
  double t = (x - mean) / sd;
  return exp(-0.5 * t * t - HALF_LOG_2PI) / sd;
}

/* Of so many boundaries one is drawn for each sample; 0: none is. */
extern const long drawn_from;
/* Adds the gradient [d mu..., d rho...] and the log density of n samples to out; the noise of latent i and sample j: i * stride + j. */
void gradient(double *out, const double *theta, const double *noise, long stride, long n, const double *constants);
