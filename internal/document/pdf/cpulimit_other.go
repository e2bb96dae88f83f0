//go:build !unix

package pdf

import "time"

// limitCPU does nothing here: limitProcess limits the elapsed time.
func limitCPU(time.Duration) {}
