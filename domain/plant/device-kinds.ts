// Which kind of device is meant, for parts that care for one kind only.
import type { CameraDevice, Device, ModbusDevice, OpcuaDevice } from './plant.ts';

export function isModbusDevice(device: Device): device is ModbusDevice {
  return device.protocol !== 'opcua' && device.protocol !== 'camera';
}

export function isCamera(device: Device): device is CameraDevice {
  return device.protocol === 'camera';
}

/** Holds process values: cameras have pages of their own. */
export function isFieldDevice(device: Device): device is ModbusDevice | OpcuaDevice {
  return device.protocol !== 'camera';
}
