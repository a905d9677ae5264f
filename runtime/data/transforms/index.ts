/** torchvision's transforms, for images of u8 or f32. What is random is drawn for a sample from the seed, the epoch and its index, and is
 *  not torchvision's. */
export { RandomAffine, type RandomAffineOptions, RandomRotation, type WarpOptions } from './affine.ts';
export { Compose } from './compose.ts';
export { CenterCrop, RandomCrop, type RandomCropOptions, RandomHorizontalFlip, RandomVerticalFlip } from './crop.ts';
export type { Image, ImageTransform, Size } from './image.ts';
export { Resize } from './resize.ts';
export { Normalize, RandomErasing, type RandomErasingOptions, ToTensor } from './values.ts';
