package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// commandTimeout is how long a command waits for the server of a store to respond. Standalone
// processes, operators and workers wait longer, because an election of MongoDB takes about 12 s.
const (
	commandTimeout = 10 * time.Second
	processTimeout = time.Minute
)

// openStoreForCommand opens and migrates the store that the settings name, for a command. It fails if
// the server does not respond within commandTimeout.
func openStoreForCommand(ctx context.Context, v *settings.Values) (store.Store, error) {
	s, _, err := openMigrated(ctx, v)
	return s, err
}

// openMigrated is like openStoreForCommand and also returns the names of the applied migrations.
func openMigrated(ctx context.Context, v *settings.Values) (store.Store, []string, error) {
	return openWithin(ctx, storeURI(v), v.MongoDatabase, commandTimeout)
}

// openMongo connects to a MongoDB server that must respond within a time.
func openMongo(ctx context.Context, uri, database string, within time.Duration) (*mongo.Store, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return mongo.Open(ctx, uri, database)
}

// openStore opens and migrates the store that the settings name, for a process.
func openStore(ctx context.Context, v *settings.Values) (store.Store, error) {
	s, _, err := openAt(ctx, storeURI(v), v.MongoDatabase)
	return s, err
}

// errNoStore reports that nothing is stored at the location of the store.
var errNoStore = errors.New("no store")

// errOldSchema reports that the stored data has an older schema than this program.
var errOldSchema = errors.New("the schema of the store is older than this program")

// existingStore is a store that was opened without changing it.
type existingStore interface {
	store.Store
	store.Dumper
	Pending(ctx context.Context) (pending []string, applied int, err error)
}

// openUnchanged opens the store as it is, without creating or migrating anything. It also
// returns the names of the pending migrations. If nothing is stored, it returns errNoStore, and
// with MongoDB also the store, so that the caller can use the connection.
func openUnchanged(ctx context.Context, v *settings.Values) (s existingStore, pending []string, err error) {
	return openUnchangedBy(ctx, v, sqlite.OpenExisting)
}

// openUnchangedBy is openUnchanged with a function that opens an embedded store.
func openUnchangedBy(ctx context.Context, v *settings.Values, open func(context.Context, string) (*sqlite.Store, error)) (s existingStore, pending []string, err error) {
	var absent error
	if folder := embeddedFolder(v); folder != "" {
		absent = fmt.Errorf("%w in %s; crawl, apply, standalone, migrate and restore create one; to use another store, set --store, CLAUSEA_DATA_DIR or MONGO_URI", errNoStore, folder)
		e, err := open(ctx, folder)
		if errors.Is(err, store.ErrNotFound) {
			return nil, nil, absent
		}
		if err != nil {
			return nil, nil, err
		}
		s = e
	} else {
		m, err := openMongo(ctx, storeURI(v), v.MongoDatabase, commandTimeout)
		if err != nil {
			return nil, nil, err
		}
		absent = fmt.Errorf("%w in the MongoDB database %s; crawl, apply, standalone, operator, migrate and restore create one; to use another store, set --store, MONGO_URI or MONGODB_DATABASE", errNoStore, m.Database())
		s = m
	}
	pending, applied, err := s.Pending(ctx)
	switch {
	case err != nil:
		_ = s.Close(context.WithoutCancel(ctx))
		return nil, nil, err
	case applied == 0:
		return s, pending, absent
	}
	return s, pending, nil
}

// openForReading opens an existing store for a command that only reads. It changes nothing: if
// there is no store, it returns errNoStore, and if the store must be migrated, errOldSchema. An
// embedded store may be open in other processes.
func openForReading(ctx context.Context, v *settings.Values) (store.Store, error) {
	s, pending, err := openUnchangedBy(ctx, v, sqlite.OpenReader)
	if err == nil {
		err = oldSchemaError(pending)
	}
	if err != nil {
		closeStore(ctx, s)
		return nil, err
	}
	return s, nil
}

// oldSchemaError returns an error that wraps errOldSchema if migrations are pending.
func oldSchemaError(pending []string) error {
	if len(pending) == 0 {
		return nil
	}
	return fmt.Errorf("%w (it lacks %s); run clausea migrate with the same settings", errOldSchema, strings.Join(pending, ", "))
}

// openExisting is like openStoreForCommand, but returns errNoStore instead of creating a store. Commands
// that modify existing data use it.
func openExisting(ctx context.Context, v *settings.Values) (store.Store, error) {
	s, pending, err := openUnchanged(ctx, v)
	if err == nil && len(pending) > 0 {
		_, err = s.Migrate(ctx)
	}
	if err != nil {
		closeStore(ctx, s)
		return nil, err
	}
	return s, nil
}

// closeStore closes s, which may be nil.
func closeStore(ctx context.Context, s store.Store) {
	if s != nil {
		_ = s.Close(context.WithoutCancel(ctx))
	}
}

// checkStoreExists returns an error that wraps errNoStore if a folder contains no embedded store.
func checkStoreExists(folder string) error {
	exists, err := sqlite.Exists(folder)
	if err == nil && !exists {
		err = fmt.Errorf("%w in %s; crawl, apply, standalone, migrate and restore create one; to use another store, set --store, CLAUSEA_DATA_DIR or MONGO_URI", errNoStore, folder)
	}
	return err
}

// recordReader is what commands read of a store.
type recordReader interface {
	GetObject(ctx context.Context, key store.ObjectKey) (store.Object, error)
	QueryCompanies(ctx context.Context, q store.CompanyQuery) (items []store.CompanySummary, next string, err error)
	QueryRuns(ctx context.Context, q store.RunQuery) (items []store.Run, next string, err error)
	GetPage(ctx context.Context, runID, url string) (store.FetchedPage, error)
	QueryPages(ctx context.Context, q store.PageQuery) (items []store.FetchedPage, next string, err error)
	GetDocument(ctx context.Context, id string) (store.Document, error)
	FindDocument(ctx context.Context, company, url string) (store.Document, error)
	ListDocuments(ctx context.Context, company string, opts store.ListOptions) (items []store.Document, next string, err error)
	ListVersions(ctx context.Context, documentID string, opts store.ListOptions) (items []store.Version, next string, err error)
	VersionText(ctx context.Context, documentID string, n int) (store.Version, string, error)
	GetSnapshot(ctx context.Context, company, hash string) ([]byte, error)
}

// openRecords opens the store for reading its records. A process that has the embedded store open
// does not prevent that.
func openRecords(ctx context.Context, v *settings.Values) (r recordReader, stop func(), err error) {
	s, err := openForReading(ctx, v)
	if err != nil {
		return nil, nil, err
	}
	return s, func() { _ = s.Close(context.WithoutCancel(ctx)) }, nil
}

// storeURI returns the location of the store: --store, otherwise MONGO_URI, otherwise the
// folder of the embedded store.
func storeURI(v *settings.Values) string {
	for _, s := range []settings.Secret{v.Store, v.MongoURI} {
		if !s.IsEmpty() {
			return s.Reveal()
		}
	}
	return v.DataDir
}

// openAt opens and migrates the store at a location, for a process.
func openAt(ctx context.Context, at, database string) (store.Store, []string, error) {
	return openWithin(ctx, at, database, processTimeout)
}

// openWithin is like openAt for a server that must respond within a time.
func openWithin(ctx context.Context, at, database string, within time.Duration) (store.Store, []string, error) {
	if strings.HasPrefix(at, "mongodb://") || strings.HasPrefix(at, "mongodb+srv://") {
		s, err := openMongo(ctx, at, database, within)
		if err != nil {
			return nil, nil, err
		}
		applied, err := s.Migrate(ctx)
		if err != nil {
			_ = s.Close(ctx)
			return nil, nil, err
		}
		return s, applied, nil
	}
	s, err := sqlite.Open(ctx, strings.TrimPrefix(at, "sqlite:"))
	if err != nil {
		return nil, nil, err
	}
	return s, s.Applied(), nil
}

// storeKind names the kind of the store that the settings select, for logs.
func storeKind(v *settings.Values) string {
	if embeddedFolder(v) != "" {
		return "embedded"
	}
	return "MongoDB"
}

// replicaEnv is the variable in which Railway names a replica. Its logs and metrics have that name,
// and not the one of the host.
const replicaEnv = "RAILWAY_REPLICA_ID"

// workerIdentity returns the name of this process in leases.
func workerIdentity() string {
	host, _ := settings.ProcessEnvironment().Lookup(replicaEnv)
	if host == "" {
		var err error
		if host, err = os.Hostname(); err != nil {
			host = "localhost"
		}
	}
	// The process ID is 1 in every container. The random part distinguishes restarts.
	return host + "/" + itoa(os.Getpid()) + "/" + rand.Text()[:8]
}
