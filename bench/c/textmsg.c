/* textmsg as in ../hand/textmsg.ts. constants: mean, sd, constant, then 37 counts and 37 thresholds. */
#include "common.h"

#define IFS 37

const long drawn_from = 0;

void gradient(double *out, const double *theta, const double *noise, long stride, long n, const double *constants) {
  const double mean = constants[0], sd = constants[1], *counts = constants + 3, *thresholds = constants + 3 + IFS;
  const double precision = 1 / (sd * sd);
  double m[3], s[3], d[3], weight_mu[IFS], weight_rho[IFS], offset = constants[2], sum[7] = {0};
  for (int i = 0; i < 3; i++) {
    m[i] = theta[i];
    s[i] = softplus(theta[3 + i]);
    d[i] = sigmoid(theta[3 + i]);
    offset += log(s[i]);
  }
  for (int k = 0; k < IFS; k++) {
    weight_mu[k] = density(thresholds[k], m[2], s[2]);
    weight_rho[k] = weight_mu[k] * d[2] * (thresholds[k] - m[2]) / s[2];
  }
  for (long j = 0; j < n; j++) {
    double u0 = noise[j], u1 = noise[stride + j], u2 = noise[2 * stride + j];
    double x0 = m[0] + s[0] * u0, x1 = m[1] + s[1] * u1, z = m[2] + s[2] * u2;
    double rate0 = exp(x0), rate1 = exp(x1), c0 = x0 - mean, c1 = x1 - mean;
    double value = offset - 0.5 * (precision * (c0 * c0 + c1 * c1) + z * z - u0 * u0 - u1 * u1 - u2 * u2);
    double g0 = -precision * c0, g1 = -precision * c1, jump_mu = 0, jump_rho = 0;
    for (int k = 0; k < IFS; k++) {
      double early = counts[k] * x0 - rate0, late = counts[k] * x1 - rate1, jump = early - late;
      int changed = z > thresholds[k];
      value += changed ? early : late;
      g0 += changed ? counts[k] - rate0 : 0;
      g1 += changed ? 0 : counts[k] - rate1;
      jump_mu += weight_mu[k] * jump;
      jump_rho += weight_rho[k] * jump;
    }
    sum[0] += g0;
    sum[1] += g1;
    sum[2] += jump_mu - z;
    sum[3] += d[0] * (g0 * u0 + 1 / s[0]);
    sum[4] += d[1] * (g1 * u1 + 1 / s[1]);
    sum[5] += d[2] * (1 / s[2] - z * u2) + jump_rho;
    sum[6] += value;
  }
  for (int i = 0; i < 7; i++) out[i] += sum[i];
}
