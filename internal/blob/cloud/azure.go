package cloud

import (
	"context"
	"fmt"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	cdk "gocloud.dev/blob"
	"gocloud.dev/blob/azureblob"
)

// AzureOptions are what Azure Blob Storage needs beside a Location, whose
// Bucket is the container. What is empty is taken from AZURE_STORAGE_ACCOUNT,
// AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, AZURE_STORAGE_CONNECTION_STRING,
// AZURE_STORAGE_DOMAIN and the machine's identity.
type AzureOptions struct {
	Account, Key string
}

// azureSecrets are the variables that must not be told.
var azureSecrets = []string{"AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGEBLOB_CONNECTIONSTRING"}

// OpenAzure returns the Store at a place in a container of Azure Blob Storage.
func OpenAzure(ctx context.Context, at Location, o AzureOptions) (*Store, error) {
	if err := at.check(); err != nil {
		return nil, err
	}
	s := &Store{url: at.url(), prefix: at.prefix(), secrets: []string{o.Key}}
	for _, name := range azureSecrets {
		s.secrets = append(s.secrets, os.Getenv(name))
	}
	client, err := azureClient(at.Bucket, o)
	if err != nil {
		return nil, s.failed(ctx, "open", "", err)
	}
	if s.bucket, err = azureblob.OpenBucket(ctx, client, nil); err != nil {
		return nil, s.failed(ctx, "open", "", err)
	}
	s.write = cdk.WriterOptions{ContentType: "application/octet-stream", BufferSize: 5 << 20, MaxConcurrency: defaultConcurrency}
	return s, s.reach(ctx, at.Bucket)
}

func azureClient(name string, o AzureOptions) (*container.Client, error) {
	service := azureblob.NewDefaultServiceURLOptions()
	if o.Account != "" {
		service.AccountName = o.Account
	}
	if service.AccountName == "" {
		return nil, fmt.Errorf("the storage account is not known: set fs.azure.account.key.ACCOUNT.blob.core.windows.net or AZURE_STORAGE_ACCOUNT")
	}
	if o.Key == "" {
		address, err := azureblob.NewServiceURL(service)
		if err != nil {
			return nil, err
		}
		return azureblob.NewDefaultClient(address, azureblob.ContainerName(name))
	}
	service.SASToken = ""
	address, err := azureblob.NewServiceURL(service)
	if err != nil {
		return nil, err
	}
	key, err := azblob.NewSharedKeyCredential(service.AccountName, o.Key)
	if err != nil {
		return nil, fmt.Errorf("the key of the storage account %s is not one: it must be base64", service.AccountName)
	}
	return container.NewClientWithSharedKeyCredential(string(address)+"/"+name, key, nil)
}
