package httpapi

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// optional is a query parameter whose absence has a meaning of its own.
type optional[T any] struct {
	Value T
	IsSet bool
}

// Schema implements huma.SchemaProvider.
func (o optional[T]) Schema(r huma.Registry) *huma.Schema {
	return huma.SchemaFromType(r, reflect.TypeOf(o.Value))
}

// Receiver implements huma.ParamWrapper.
func (o *optional[T]) Receiver() reflect.Value { return reflect.ValueOf(o).Elem().Field(0) }

// OnParamSet implements huma.ParamReactor.
func (o *optional[T]) OnParamSet(isSet bool, _ any) { o.IsSet = isSet }

// pointer returns the value, or nil if the parameter is absent.
func (o optional[T]) pointer() *T {
	if !o.IsSet {
		return nil
	}
	return &o.Value
}
