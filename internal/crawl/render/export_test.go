package render

import "time"

// WithStartLimits returns c with longer time limits for starting a browser and for opening
// an empty page, so that tests pass on a loaded machine.
func (c Config) WithStartLimits(limit time.Duration) Config {
	c.startTimeout, c.openTimeout = limit, limit
	return c
}
