package render

import (
	"fmt"
	"maps"
	"sync"
)

// maxRefusals is the number of refusals after which a page is ended. It was chosen by hand.
const maxRefusals = 3000

// refusalCounter counts the refusals of a page, and ends a page that has too many. It is
// safe for concurrent use.
type refusalCounter struct {
	end *pageEnd

	mu       sync.Mutex
	byReason map[Refusal]int
	total    int
}

func newRefusalCounter(end *pageEnd) *refusalCounter {
	return &refusalCounter{end: end, byReason: map[Refusal]int{}}
}

// record counts a refusal and ends the page after maxRefusals of them.
func (c *refusalCounter) record(refusal Refusal) {
	c.mu.Lock()
	c.byReason[refusal]++
	c.total++
	tooMany := c.total > maxRefusals
	c.mu.Unlock()
	if tooMany {
		c.end.set(Flood, fmt.Errorf("page had more than %d requests refused", maxRefusals))
	}
}

// counts returns the number of refusals by reason.
func (c *refusalCounter) counts() map[Refusal]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.byReason)
}
