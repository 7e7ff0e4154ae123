/**
 * A fit by the pathwise gradient with any rival's gradient of the log joint: noise, the guide's derivatives and Adam are ours, so
 * that only the gradient differs. Returns the parameters after the steps.
 */
export function fitWith(gradient, ours, start, { steps, samples, learningRate }) {
  const theta = start.slice();
  const n = theta.length / 2;
  const generator = ours.makeGenerator(1);
  const optimizer = ours.adam({ learningRate });
  const state = optimizer.init(2 * n);
  const [epsilon, z, total] = [new Float64Array(n * samples), new Float64Array(n * samples), new Float64Array(2 * n)];
  const request = ours.noiseRequest({ out: epsilon, generator, lanes: samples, dimensions: n });
  for (let step = 1; step <= steps; step++) {
    request.firstSample = (step - 1) * samples;
    ours.fillNormals(request);
    for (let i = 0; i < n; i++) {
      const sigma = Math.log1p(Math.exp(theta[n + i]));
      for (let j = 0; j < samples; j++) z[i * samples + j] = theta[i] + sigma * epsilon[i * samples + j];
    }
    const slopes = gradient(z);
    for (let i = 0; i < n; i++) {
      const sigma = Math.log1p(Math.exp(theta[n + i]));
      let [sum, sumEpsilon] = [0, 0];
      for (let j = 0; j < samples; j++) {
        sum += slopes[i * samples + j];
        sumEpsilon += slopes[i * samples + j] * epsilon[i * samples + j];
      }
      total[i] = sum / samples;
      total[n + i] = (sumEpsilon / samples + 1 / sigma) / (1 + Math.exp(-theta[n + i]));
    }
    optimizer.update(state, theta, total, step);
  }
  return theta;
}
