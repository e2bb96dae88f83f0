package mongo

import (
	"context"
	"testing"
)

// The test simulates a client that does not disconnect, because the driver fails to only
// rarely.
func TestCloseReturnsWhenConnectionsDoNotEnd(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	s := &Store{database: &database{}, disconnect: func(context.Context) error {
		<-hang
		return nil
	}}
	if err := s.Close(t.Context()); err != nil {
		t.Errorf("Close returned %v", err)
	}
}
