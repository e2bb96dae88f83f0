package mongo

import (
	"context"
	"errors"
	"testing"
)

// The driver's monitors miss the end of their client too seldom to wait for it.
func TestAClientWhoseConnectionsDoNotEndIsGivenUp(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	s := &Store{disconnect: func(context.Context) error {
		<-hang
		return nil
	}}
	if err := s.Close(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it closes with %v", err)
	}
}
