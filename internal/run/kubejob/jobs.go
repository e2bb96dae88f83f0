package kubejob

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/runner"
)

// The labels of the Jobs and pods of a run, in addition to Labels.
const (
	labelRun      = "crawl.clausea.co/run" // the ID of the run
	labelCrawlJob = "crawl.clausea.co/crawljob"
	labelCompany  = v1alpha1.LabelCompany
)

// labelsOf returns the labels of the Jobs and pods of a run.
func labelsOf(spec runner.RunSpec) map[string]string {
	labels := Labels()
	labels[labelRun] = spec.RunID
	labels[labelCrawlJob] = labelValue(spec.CrawlJob.Name)
	_, company, found := strings.Cut(spec.Company, "/")
	if !found { // in the namespace default, the key is the name
		company = spec.Company
	}
	labels[labelCompany] = labelValue(company)
	return labels
}

// maxLabelValue is the maximum length of the value of a label.
const maxLabelValue = 63

// labelValue returns the name of an object as the value of a label. It truncates a longer name.
func labelValue(name string) string {
	return strings.TrimRight(name[:min(len(name), maxLabelValue)], "-.")
}

// Limits of the names of Jobs. A pod has the name of its Job in a label, whose value has at most
// 63 characters.
const (
	maxJobName    = 63
	runNameLength = 8 // of the run in the name of its Jobs
	maxNumber     = 5 // digits
)

// jobName returns the name of the n-th Job of a run: the name of its CrawlJob, the end of the ID
// of the run, which tells CrawlJobs that had the same name apart, and n. A run gets another Job
// when it is retried or resumed, or when its Job is deleted.
func jobName(spec runner.RunSpec, n int) string {
	id := spec.RunID[max(len(spec.RunID)-runNameLength, 0):]
	name := strings.ReplaceAll(spec.CrawlJob.Name, ".", "-")
	name = strings.TrimRight(name[:min(len(name), maxJobName-len("--")-runNameLength-maxNumber)], "-")
	return fmt.Sprintf("%s-%s-%d", name, id, n)
}

// jobNumber returns the n of jobName; 0 for nil and for any other name.
func jobNumber(j *batchv1.Job) int {
	if j == nil {
		return 0
	}
	n, err := strconv.Atoi(j.Name[strings.LastIndexByte(j.Name, '-')+1:])
	if err != nil {
		return 0
	}
	return n
}

// jobsOf returns the Jobs of a run.
func jobsOf(ctx context.Context, from client.Reader, runID, namespace string) ([]batchv1.Job, error) {
	jobs := &batchv1.JobList{}
	if err := from.List(ctx, jobs, client.InNamespace(namespace), client.MatchingLabels{labelRun: runID}); err != nil {
		return nil, fmt.Errorf("list the Jobs of run %s: %w", runID, err)
	}
	return jobs.Items, nil
}

// newestJob returns the Job of a run with the highest number, nil if there is none. It does
// not compare creation times, because they have a resolution of one second.
func newestJob(ctx context.Context, from client.Reader, runID, namespace string) (*batchv1.Job, error) {
	jobs, err := jobsOf(ctx, from, runID, namespace)
	if err != nil {
		return nil, err
	}
	var newest *batchv1.Job
	for i := range jobs {
		if newest == nil || jobNumber(newest) < jobNumber(&jobs[i]) {
			newest = &jobs[i]
		}
	}
	return newest, nil
}

// active reports whether a Job has a pod or will create one.
func active(j *batchv1.Job) bool {
	return j.DeletionTimestamp == nil && condition(j, batchv1.JobFailed) == nil && condition(j, batchv1.JobComplete) == nil
}

// condition returns a condition of a Job if it is True, and nil otherwise.
func condition(j *batchv1.Job, conditionType batchv1.JobConditionType) *batchv1.JobCondition {
	for i := range j.Status.Conditions {
		if c := &j.Status.Conditions[i]; c.Type == conditionType && c.Status == corev1.ConditionTrue {
			return c
		}
	}
	return nil
}

// hasClaimed reports whether a Job is complete and its worker has claimed the run: the run
// has more attempts than when the Job was created. Such a run was queued again since.
func hasClaimed(j *batchv1.Job, attempts int32) bool {
	before, err := strconv.Atoi(j.Annotations[attemptsAnnotation])
	return err == nil && condition(j, batchv1.JobComplete) != nil && int(attempts) > before
}

// podsOf lists pods.
func podsOf(ctx context.Context, from client.Reader, options ...client.ListOption) ([]corev1.Pod, error) {
	pods := &corev1.PodList{}
	if err := from.List(ctx, pods, options...); err != nil {
		return nil, fmt.Errorf("list the pods of a run: %w", err)
	}
	return pods.Items, nil
}

// lostNodeTimeout is how long after the end of its grace period a pod is still expected to
// have a process. The kubelet of a lost node never reports that the pod has ended.
const lostNodeTimeout = time.Minute

// mayRun reports whether a pod may still have a process, even if its Job is deleted.
func mayRun(p *corev1.Pod) bool {
	if p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
		return false
	}
	return p.DeletionTimestamp == nil || time.Since(p.DeletionTimestamp.Time) < lostNodeTimeout
}

// hasPod reports whether a run has a pod that satisfies ok.
func (l *Launcher) hasPod(ctx context.Context, runID string, ok func(*corev1.Pod) bool) (bool, error) {
	pods, err := podsOf(ctx, l.APIReader, client.InNamespace(l.Namespace), client.MatchingLabels{labelRun: runID})
	if err != nil {
		return false, err
	}
	for i := range pods {
		if ok(&pods[i]) {
			return true, nil
		}
	}
	return false, nil
}

// deleteJobs deletes the Jobs of a run; their pods get SIGTERM and their grace period.
func (l *Launcher) deleteJobs(ctx context.Context, runID string) error {
	jobs, err := jobsOf(ctx, l.APIReader, runID, l.Namespace)
	if err != nil {
		return err
	}
	for i := range jobs {
		if jobs[i].DeletionTimestamp != nil {
			continue
		}
		err := l.Client.Delete(ctx, &jobs[i], client.PropagationPolicy(metav1.DeletePropagationBackground))
		if client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("delete Job %s: %w", jobs[i].Name, err)
		}
	}
	return nil
}
