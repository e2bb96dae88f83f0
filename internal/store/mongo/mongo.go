// Package mongo implements a store that several processes can share, in MongoDB 6 or later
// or Atlas. Writes are acknowledged by a majority. Every call has a timeout, and is retried
// under the same key while its outcome is unknown.
package mongo

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/feed"
)

// attemptTimeout bounds one attempt of an operation. It is short, because an operation on a hung
// primary waits for the timeout, although a new primary is elected within 2-3 s (measured with
// three members of MongoDB 6.0.5). The operation is then attempted again.
const attemptTimeout = 5 * time.Second

// appName is the name of the program in the logs and sessions of the server.
const appName = "clausea"

// operationTimeout bounds all attempts of an operation together. It is longer than an election.
const operationTimeout = 45 * time.Second

// DefaultDatabase is the database if neither the URI nor the settings name one.
const DefaultDatabase = "clausea"

// Store is a store.Store in one database. Each family of records is implemented by a type of
// its own.
type Store struct {
	*database
	objectStore
	leaseStore
	runStore
	runEventStore
	pageStore
	documentStore
	versionStore
	snapshotStore
	companyStore
	searchStore
	correctionStore
	changeStore
	reviewStore
	webhookStore
	deliveryStore
	apiKeyStore
	sessionStore
	auditStore
	idempotencyStore

	disconnect func(context.Context) error // client.Disconnect; tests replace it
}

// The families of records. They share one database.
type (
	objectStore   struct{ *database }
	leaseStore    struct{ *database }
	runStore      struct{ *database }
	runEventStore struct{ *database }
	pageStore     struct{ *database }
	documentStore struct{ *database }
	versionStore  struct{ *database }
	snapshotStore struct{ *database }
	changeStore   struct{ *database }
)

// database is a database of a MongoDB server.
type database struct {
	client *mongo.Client
	db     *mongo.Database
	// replicated reports whether the server is a replica set or a sharded cluster.
	// Transactions and change streams require one.
	replicated bool
	sessions   sessions
	changeFeed feed.Notifier // one topic
	feedStream background
	appending  chan struct{} // semaphore of the commits that append changes
	runEvents  feed.Notifier // by run
}

// newStore returns a store over a database.
func newStore(client *mongo.Client, name string) *Store {
	db := &database{client: client, db: client.Database(name), appending: make(chan struct{}, 1)}
	return &Store{
		database: db, objectStore: objectStore{db}, leaseStore: leaseStore{db}, runStore: runStore{db}, runEventStore: runEventStore{db}, pageStore: pageStore{db},
		documentStore: documentStore{db}, versionStore: versionStore{db}, snapshotStore: snapshotStore{db},
		companyStore: companyStore{db}, searchStore: searchStore{db}, correctionStore: correctionStore{db}, changeStore: changeStore{db}, disconnect: client.Disconnect,
		reviewStore: reviewStore{db}, webhookStore: webhookStore{db}, deliveryStore: deliveryStore{db}, apiKeyStore: apiKeyStore{db},
		sessionStore: sessionStore{db}, auditStore: auditStore{db}, idempotencyStore: idempotencyStore{db},
	}
}

var _ store.Store = (*Store)(nil)

// Open connects to uri and verifies that a server responds. If name is empty, the
// database of the URI is used, or DefaultDatabase. If no server responds, Open retries until
// ctx ends, at most for operationTimeout. The error is an *OpenError, which contains no
// credentials.
func Open(ctx context.Context, uri, name string) (*Store, error) {
	if name == "" {
		name = uriDatabase(uri)
	}
	if err := lookupSRV(ctx, uri); err != nil {
		return nil, err
	}
	opts := options.Client().ApplyURI(uri)
	if err := opts.Validate(); err != nil {
		return nil, invalidURI(err, uri)
	}
	return connect(ctx, opts, uri, name)
}

// connect opens the database name with the options of uri and those of this package.
func connect(ctx context.Context, opts *options.ClientOptions, uri, name string) (*Store, error) {
	configure(opts)
	client, err := mongo.Connect(opts)
	if err != nil {
		return nil, invalidURI(err, uri)
	}
	s := newStore(client, name)
	if err := helloUntil(ctx, uri, s.hello); err != nil {
		_ = s.closeWithin(ctx, failedCloseTimeout)
		return nil, err
	}
	return s, nil
}

// idleConnectionTimeout is the time after which an idle connection is closed. Without it, a process would
// keep its connections to each member that was ever the primary.
const idleConnectionTimeout = time.Minute

// configure sets the options of this package. A maxIdleTimeMS in the URI has precedence.
func configure(opts *options.ClientOptions) {
	opts.SetAppName(appName).SetTimeout(attemptTimeout).SetServerSelectionTimeout(attemptTimeout).SetConnectTimeout(attemptTimeout).
		SetRetryReads(true).SetRetryWrites(true).
		SetWriteConcern(writeconcern.Majority()).SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()).
		SetBSONOptions(&options.BSONOptions{UseJSONStructTags: true, NilSliceAsEmpty: true, NilMapAsEmpty: true})
	if opts.MaxConnIdleTime == nil {
		opts.SetMaxConnIdleTime(idleConnectionTimeout)
	}
}

// failedCloseTimeout bounds closing a store that could not be opened. It is short, so that a
// process that receives a signal while it connects exits soon.
const failedCloseTimeout = time.Second

// hello determines whether the server is replicated.
func (s *database) hello(ctx context.Context) error {
	var hello struct {
		SetName string `bson:"setName" json:"setName"`
		Msg     string `bson:"msg" json:"msg"`
	}
	err := s.client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
	s.replicated = hello.SetName != "" || hello.Msg == "isdbgrid"
	return err
}

// Replicated reports whether the server is a replica set or a sharded cluster. If it is
// neither, a watch polls with a list every second, and a fence is checked before a write
// instead of atomically with it.
func (s *Store) Replicated() bool { return s.replicated }

// Close implements store.Store. It returns within attemptTimeout even if no server responds.
//
// Disconnect ignores its context while it waits for the monitors of the driver. A monitor that
// is connecting can miss the request to end (driver 2.10; about one time in forty on a busy
// machine). It then waits until its connection and heartbeat timeouts have passed. Close does
// not report this as an error: no write depends on a monitor, and it ends on its own.
func (s *Store) Close(ctx context.Context) error { return s.closeWithin(ctx, attemptTimeout) }

// closeWithin is Close with another timeout.
func (s *Store) closeWithin(ctx context.Context, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	s.feedStream.stop(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.disconnect(ctx) }()
	select {
	case err := <-ended:
		if err != nil && !errors.Is(err, mongo.ErrClientDisconnected) && !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("close MongoDB: %w", err)
		}
	case <-ctx.Done():
	}
	return nil
}

// Ping implements store.Store.
func (s *Store) Ping(ctx context.Context) error {
	now := time.Now().UnixNano()
	return s.retry(ctx, "ping MongoDB", func(ctx context.Context) error {
		_, err := s.db.Collection(metaCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: "ping"}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "at", Value: now}}}}, options.UpdateOne().SetUpsert(true))
		if err != nil {
			return err
		}
		return s.db.Collection(metaCollection).FindOne(ctx, bson.D{{Key: "_id", Value: "ping"}}).Err()
	})
}

// Size implements store.Store.
func (s *Store) Size(ctx context.Context) (store.Size, error) {
	var stats struct {
		Total   float64 `bson:"totalSize"` // of the storage and of the indexes
		Indexes float64 `bson:"indexSize"`
	}
	err := s.retry(ctx, "measure the database", func(ctx context.Context) error {
		return s.db.RunCommand(ctx, bson.D{{Key: "dbStats", Value: 1}}).Decode(&stats)
	})
	return store.Size{Bytes: int64(stats.Total), Indexes: int64(stats.Indexes)}, err
}

// uriDatabase returns the database of a URI, or DefaultDatabase.
func uriDatabase(uri string) string {
	rest := uri[strings.Index(uri, "://")+1:]
	rest = strings.TrimLeft(rest, "/")
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	_, path, _ := strings.Cut(rest, "/")
	name, _, _ := strings.Cut(path, "?")
	if name, err := url.PathUnescape(name); err == nil && name != "" {
		return name
	}
	return DefaultDatabase
}

// Timeouts of Drop. They are long because a server deletes the files of a database one by
// one.
const (
	dropAttempt = time.Minute
	dropTimeout = 5 * time.Minute
)

// Drop deletes the database with all its data. It is for tests.
func (s *Store) Drop(ctx context.Context) error {
	return retryWithin(ctx, dropAttempt, dropTimeout, "drop database "+s.db.Name(), s.db.Drop)
}
