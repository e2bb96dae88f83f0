package mongo

import (
	"os"
	"syscall"
	"testing"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/storetest"
)

func TestFaultsOfWritersAndElectionsKeepTheFeedCompleteAndConsistent(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	if os.Getenv("CLAUSEA_TEST_MONGO_URI") != "" {
		t.Skip("NOT TESTED: elections, because the test cannot kill the members of an external replica set")
	}
	t.Parallel()
	mongod, err := replicaset.Find()
	if err != nil {
		t.Fatal(err)
	}
	set, err := replicaset.Start(t.Context(), mongod, "", 3)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	open(t, set.URI, "faults")
	elections := 0
	storetest.Faults(t, storetest.FaultTarget{
		URI:  set.URI + " faults",
		Open: func(t *testing.T) store.Store { return open(t, set.URI, "faults") },
		// Every other election is a step-down; the others follow a kill of the primary.
		Elect: func(t *testing.T) {
			elections++
			primary, err := set.Primary(t.Context())
			switch {
			case err != nil:
			case elections%2 == 0:
				err = set.StepDown(t.Context(), primary)
			default:
				if err = set.Signal(primary, syscall.SIGKILL); err == nil {
					err = set.Restart(primary)
				}
			}
			if err != nil {
				t.Fatalf("election %d: %v", elections, err)
			}
		},
	})
}
