package soak

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"time"

	"github.com/clausea/crawler/hack/mongod/replicaset"
)

// faultPause is the time between the end of a fault and the next one.
const faultPause = 8 * time.Second

// faulter injects faults, one after the other.
type faulter struct {
	random  *rand.Rand
	set     *replicaset.Set
	sibling *process
	web     *web
	// companies is the number of companies whose sites may hang.
	companies int
	counts    map[string]int
}

// kinds are the faults by name. Each ends before it returns.
func (f *faulter) kinds() []struct {
	name   string
	inject func(context.Context) error
} {
	return []struct {
		name   string
		inject func(context.Context) error
	}{
		{"process killed", f.killSibling},
		{"election by step-down", f.stepDown},
		{"MongoDB member killed", f.killMember},
		{"MongoDB primary hung", f.pausePrimary},
		{"site hung", func(ctx context.Context) error { return f.disturb(ctx, hanging) }},
		{"site failing", func(ctx context.Context) error { return f.disturb(ctx, failing) }},
	}
}

// run injects all kinds of faults in a random order, again and again, until stop ends.
func (f *faulter) run(ctx, stop context.Context) error {
	f.counts = map[string]int{}
	kinds := f.kinds()
	for {
		for _, i := range f.random.Perm(len(kinds)) {
			select {
			case <-stop.Done():
				return nil
			case <-time.After(faultPause):
			}
			fmt.Fprintf(os.Stderr, "soak: %s: fault: %s\n", time.Now().Format(time.TimeOnly), kinds[i].name)
			if err := kinds[i].inject(ctx); err != nil {
				return fmt.Errorf("%s: %w", kinds[i].name, err)
			}
			f.counts[kinds[i].name]++
		}
	}
}

// wait waits for a random time from half of d to d.
func (f *faulter) wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d/2 + time.Duration(f.random.Int64N(int64(d/2)))):
	}
}

func (f *faulter) killSibling(ctx context.Context) error {
	if !f.sibling.running() {
		return errors.New("the process ended by itself before")
	}
	f.sibling.kill()
	f.wait(ctx, 6*time.Second)
	return f.sibling.start()
}

// electionTimeout bounds the wait for a primary.
const electionTimeout = 2 * time.Minute

func (f *faulter) primary(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, electionTimeout)
	defer cancel()
	return f.set.Primary(ctx)
}

func (f *faulter) stepDown(ctx context.Context) error {
	i, err := f.primary(ctx)
	if err != nil {
		return err
	}
	if err := f.set.StepDown(ctx, i); err != nil {
		return err
	}
	_, err = f.primary(ctx)
	return err
}

// killMember kills any member, which is the primary in one of three cases.
func (f *faulter) killMember(ctx context.Context) error {
	i := f.random.IntN(members)
	if err := f.set.Signal(i, syscall.SIGKILL); err != nil {
		return err
	}
	f.wait(ctx, 10*time.Second)
	if err := f.set.Restart(i); err != nil {
		return err
	}
	_, err := f.primary(ctx)
	return err
}

func (f *faulter) pausePrimary(ctx context.Context) error {
	i, err := f.primary(ctx)
	if err != nil {
		return err
	}
	if err := f.set.Signal(i, syscall.SIGSTOP); err != nil {
		return err
	}
	f.wait(ctx, 10*time.Second)
	if err := f.set.Signal(i, syscall.SIGCONT); err != nil {
		return err
	}
	_, err = f.primary(ctx)
	return err
}

func (f *faulter) disturb(ctx context.Context, kind fault) error {
	company := f.random.IntN(f.companies)
	f.web.setFault(company, kind)
	f.wait(ctx, 20*time.Second)
	f.web.setFault(company, none)
	return nil
}
