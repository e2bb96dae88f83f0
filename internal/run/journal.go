package run

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/s2"

	"github.com/clausea/crawler/internal/store"
)

// The journal of a run is kept as checkpoints: the newest whole entry as part 0, the
// entries after it as parts 1, 2 and so on. Each begins with
// the time of the whole entry that it follows, so that one that was left over
// from before is not taken for a newer one.

// Checkpoint implements crawl.Observer.
func (k *keeper) Checkpoint(ctx context.Context, e []byte, whole bool) error {
	if k.store == nil {
		return nil
	}
	if err := k.pages.flush(ctx, k.store, k.run.Fence, false); err != nil {
		return err
	}
	if whole {
		k.whole = uint64(time.Now().UnixNano())
		k.entries = 0
	} else {
		k.entries++
	}
	blob := binary.BigEndian.AppendUint64(nil, k.whole)
	blob = append(blob, s2.Encode(nil, e)...)
	if err := k.store.PutCheckpoint(ctx, k.run.Fence, store.CheckpointKey(k.run.ID, k.entries), blob); err != nil {
		return fmt.Errorf("keep checkpoint %d of run %s: %w", k.entries, k.run.ID, err)
	}
	return nil
}

// readJournal gives the entries of a run that was cut off, in order.
func readJournal(ctx context.Context, s store.Runs, runID string) ([][]byte, error) {
	var entries [][]byte
	var whole uint64
	for n := 0; ; n++ {
		blob, err := s.GetCheckpoint(ctx, store.CheckpointKey(runID, n))
		if errors.Is(err, store.ErrNotFound) {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read checkpoint %d of run %s: %w", n, runID, err)
		}
		if len(blob) < 8 {
			return nil, fmt.Errorf("read checkpoint %d of run %s: %d bytes are too few", n, runID, len(blob))
		}
		at := binary.BigEndian.Uint64(blob)
		if n == 0 {
			whole = at
		} else if at != whole {
			return entries, nil
		}
		e, err := s2.Decode(nil, blob[8:])
		if err != nil {
			return nil, fmt.Errorf("read checkpoint %d of run %s: %w", n, runID, err)
		}
		entries = append(entries, e)
	}
}

// dropJournal removes what the run does not need any more, with what workers before
// this one left.
func (k *keeper) dropJournal(ctx context.Context) error {
	if err := k.store.DeleteCheckpoints(ctx, k.run.Fence, k.run.ID); err != nil {
		return fmt.Errorf("drop the checkpoints of run %s: %w", k.run.ID, err)
	}
	return nil
}
